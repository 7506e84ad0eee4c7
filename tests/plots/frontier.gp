# Written by nslaw 0.1.0:
# nslaw frontier --ensemble 4 --alpha 0.5 --kernel-ridge opt --noise 0.05 --budget 1e4:1e8:5 #
# To see it: gnuplot -p THIS_FILE. To draw it into a file, put before the rest:
#   set terminal pdfcairo enhanced size 8.5cm,6.4cm font 'sans,7' fontscale 0.75 linewidth 0.7
#   set output 'picture.pdf'
set encoding utf8
set border linewidth 0.8
set tics nomirror
set label 900 'power law, alpha = 0.5, latents = inf; optimal ridge, label noise 0.05, models' at screen 0.015,character 1.48 left noenhanced font ',5.2' textcolor rgb '#555555'
set label 901 'averaged 4; cost of each model: N*P' at screen 0.015,character 0.70 left noenhanced font ',5.2' textcolor rgb '#555555'
set multiplot
$a1 << EOD
10000 31.62257335
100000 94.79854346
1000000 275.6993312
10000000 776.8449493
100000000 2124.054429
EOD
$a2 << EOD
10000 79.05744965
100000 263.717132
1000000 906.7849347
10000000 3218.1454
100000000 11769.94321
EOD
set lmargin 10
set rmargin 2.5
set bmargin at screen 0.6275
set tmargin at screen 0.8651
set xlabel 'budget B'
set ylabel 'best sizes'
unset xlabel
set logscale x
set logscale y
set xrange [9999.99:100000000] noextend
set yrange [22.16922846:16788.85185] noextend
set xtics ('' 10000 0, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '' 100000 0, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 1000000 0, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '' 10000000 0, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1, '' 60000000 1, '' 70000000 1, '' 80000000 1, '' 90000000 1, '' 100000000 0)
set ytics ('' 30 1, '' 40 1, '' 50 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1, '10^{2}' 100 0, '' 200 1, '' 300 1, '' 400 1, '' 500 1, '' 600 1, '' 700 1, '' 800 1, '' 900 1, '10^{3}' 1000 0, '' 2000 1, '' 3000 1, '' 4000 1, '' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '10^{4}' 10000 0)
set key at graph 0,graph 1.01 bottom left vertical Left reverse samplen 2 width 1
plot $a1 using 1:2 with lines linewidth 2.2 dashtype 1 linecolor rgb '#0072b2' title 'features N* ∝ B^{0.437}', \
     $a2 using 1:2 with lines linewidth 2.2 dashtype (12,3) linecolor rgb '#d55e00' title 'samples P* ∝ B^{0.563}'
unset label
$b1 << EOD
10000 0.1262977123
100000 0.07373990062
1000000 0.0432290468
10000000 0.02564197966
100000000 0.01542247439
EOD
$b2 << EOD
10000 0.1154432851
100000 0.06749332236
1000000 0.0397501706
10000000 0.02371243001
100000000 0.01433966918
EOD
set lmargin 10
set rmargin 2.5
set bmargin at screen 0.2549
set tmargin at screen 0.4926
set xlabel 'budget B'
set ylabel 'test loss L'
set logscale x
set logscale y
set xrange [9999.99:100000000] noextend
set yrange [0.01258484152:0.1439086387] noextend
set xtics ('10^{4}' 10000 0, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '10^{5}' 100000 0, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '10^{6}' 1000000 0, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10^{7}' 10000000 0, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1, '' 60000000 1, '' 70000000 1, '' 80000000 1, '' 90000000 1, '10^{8}' 100000000 0)
set ytics ('0.02' 0.02 0, '' 0.03 1, '' 0.04 1, '0.05' 0.05 0, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '0.1' 0.1 0)
set key at graph 0,graph 1.01 bottom left vertical Left reverse samplen 2 width 1
plot $b1 using 1:2 with lines linewidth 2.2 dashtype 1 linecolor rgb '#009e73' title 'averaged models ∝ B^{−0.221}', \
     $b2 using 1:2 with lines linewidth 2.2 dashtype (12,3) linecolor rgb '#cc79a7' title 'one model ∝ B^{−0.218}'
unset multiplot
