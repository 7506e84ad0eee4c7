# Written by nslaw 0.1.0:
# nslaw curve --features 10:1000:5 --samples 100 --outputs 2 --alpha 0.5 --kernel-ridge 1e-3 --noise 0.1 --mse --decompose #
# To see it: gnuplot -p THIS_FILE. To draw it into a file, put before the rest:
#   set terminal pdfcairo enhanced size 8.5cm,6.4cm font 'sans,7' fontscale 0.75 linewidth 0.7
#   set output 'picture.pdf'
set encoding utf8
set border linewidth 0.8
set tics nomirror
set label 900 'power law, alpha = 0.5, latents = inf; kernel ridge = 1e-3, label noise 0.1;' at screen 0.015,character 1.48 left noenhanced font ',5.2' textcolor rgb '#555555'
set label 901 'samples P = 100' at screen 0.015,character 0.70 left noenhanced font ',5.2' textcolor rgb '#555555'
$a1 << EOD
10 0.4814375647
31.6227766 0.4116225607
100 2.430785747
316.227766 0.3027464455
1000 0.2187056062
EOD
$a2 << EOD
10 0.2961170222
31.6227766 0.1693957572
100 0.0982024688
316.227766 0.09592314578
1000 0.09587882846
EOD
$a3 << EOD
10 0.009172892235
31.6227766 0.01924310272
100 0.04482358368
316.227766 0.0469696592
1000 0.04701363951
EOD
$a4 << EOD
10 0.1650390195
31.6227766 0.1768316939
100 1.346395725
316.227766 0.06533769767
1000 0.01577271938
EOD
$a5 << EOD
10 0.01110863081
31.6227766 0.04615200687
100 0.9413639696
316.227766 0.09451594283
1000 0.06004041885
EOD
$a6 << EOD
10 0.1919485967
1000 0.1919485967
EOD
set bmargin 4.96
set rmargin 2.5
set xlabel 'features N'
set ylabel 'mean squared error per output'
set logscale x
set logscale y
set xrange [9.99999:1000] noextend
set yrange [0.006563143016:3.397356366] noextend
set xtics ('10^{1}' 10 0, '' 20 1, '' 30 1, '' 40 1, '' 50 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1, '10^{2}' 100 0, '' 200 1, '' 300 1, '' 400 1, '' 500 1, '' 600 1, '' 700 1, '' 800 1, '' 900 1, '10^{3}' 1000 0)
set ytics ('' 0.007 1, '' 0.008 1, '' 0.009 1, '10^{−2}' 0.01 0, '' 0.02 1, '' 0.03 1, '' 0.04 1, '' 0.05 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '10^{−1}' 0.1 0, '' 0.2 1, '' 0.3 1, '' 0.4 1, '' 0.5 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '10^{0}' 1 0, '' 2 1, '' 3 1)
set key tmargin left horizontal Left reverse samplen 2 width 1 maxcols 2
plot $a6 using 1:2 with lines linewidth 1.4 dashtype (8,5) linecolor rgb '#777777' title 'plateau 0.192', \
     $a1 using 1:2 with lines linewidth 2.2 dashtype 1 linecolor rgb '#0072b2' title 'theory', \
     $a2 using 1:2 with lines linewidth 2.2 dashtype (12,3) linecolor rgb '#d55e00' title 'squared bias', \
     $a3 using 1:2 with lines linewidth 2.2 dashtype (7,3,2,3) linecolor rgb '#009e73' title 'variance (samples)', \
     $a4 using 1:2 with lines linewidth 2.2 dashtype (3,3) linecolor rgb '#cc79a7' title 'variance (features)', \
     $a5 using 1:2 with lines linewidth 2.2 dashtype (12,3,2,3,2,3) linecolor rgb '#56b4e9' title 'from label noise'
